# The portal with its embedded store. Data lives in the volume /app/data; one container per store.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

RUN useradd --create-home --uid 10001 portal
WORKDIR /app

# Packages change less often than code: their layer stays cached.
COPY requirements.txt constraints.txt ./
RUN pip install -r requirements.txt

COPY .streamlit/config.toml .streamlit/
COPY portal_data portal_data
COPY components components
COPY pages pages
COPY app.py .
# The server may not write beside its own code, so the bytecode is made here.
RUN python -m compileall -q app.py components pages portal_data \
    && install -d -o portal -g portal data

USER portal
VOLUME /app/data
EXPOSE 8501

HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/healthz', timeout=4)"]

CMD ["streamlit", "run", "app.py", "--server.address", "0.0.0.0", "--server.port", "8501"]
