"""Files for tests: real ones of every kind that is taken, and ones that pretend."""

import io
import zipfile

from PIL import Image

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"


def picture(kind: str, size: tuple[int, int] = (60, 20)) -> bytes:
    """Return a picture whose file says more than the picture."""
    made = Image.new("RGB", size, "teal")
    exif = Image.Exif()
    exif[0x010E] = "SECRET <script>"
    file = io.BytesIO()
    made.save(file, kind, exif=exif)
    return file.getvalue()


def packed(*names: str, mimetype: str | None = None) -> bytes:
    """Return a zip with members of these names, as office documents are."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        if mimetype:
            made.writestr("mimetype", mimetype)
        for name in names:
            made.writestr(name, "<xml/>")
    return file.getvalue()


WORD = packed("[Content_Types].xml", "word/document.xml")
WRITER = packed("content.xml", mimetype="application/vnd.oasis.opendocument.text")
