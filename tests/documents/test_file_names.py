"""Names of downloaded documents."""

import pytest

from portal_data.output.documents import file_name


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("Invoice", "INV-000123", "Acme Ltd"), "Invoice INV-000123 Acme Ltd.pdf"),
        (("Invoice", "INV/7", 'A\\B: "C" <d>?'), "Invoice INV 7 A B C d.pdf"),
        (("Invoice", "1", "../../etc/passwd"), "Invoice 1 etc passwd.pdf"),
        (("Invoice", "1", "株式会社さくら"), "Invoice 1 株式会社さくら.pdf"),
        (("Invoice", "1", "हिन्दी"), "Invoice 1 हिन्दी.pdf"),
        (("Invoice", "1", "O'Brien & Sons (UK)"), "Invoice 1 O'Brien & Sons (UK).pdf"),
        (("Invoice", "1", "a\r\nb\u202ec\x00"), "Invoice 1 a b c.pdf"),
        (("Invoice", "1", "🎉"), "Invoice 1.pdf"),
        (("", "", ""), "Document.pdf"),
        (("..", "-", " "), "Document.pdf"),
    ],
)
def test_names_are_safe(parts: tuple[str, str, str], name: str) -> None:
    assert file_name(*parts) == name


@pytest.mark.parametrize("letter", ["x", "株", "\U00020000"])
def test_names_fit_a_file_system(letter: str) -> None:
    name = file_name("Invoice", "INV-1", letter * 1000)
    assert name.startswith("Invoice INV-1 ")
    assert name.endswith(".pdf")
    assert len(name.encode()) <= 255
