"""QR codes as images that are part of the page: no address of them exists."""

import base64
import io


def picture(text: str) -> str:
    """Return a QR code of some text, with error correction M, as the address of an image."""
    import qrcode  # only who looks at one waits for it

    file = io.BytesIO()
    qrcode.make(text, box_size=5, border=4).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
