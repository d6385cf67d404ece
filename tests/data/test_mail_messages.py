"""Letters become messages, and messages become files where there is no mail server."""

import email
import email.policy
from datetime import UTC
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from portal_data.ids import new_id
from portal_data.messaging.mail import DeliveryFailed, FolderMailer, SmtpMailer, compose, mailer_for
from portal_data.settings import Settings
from tests.conftest import NOW
from tests.queued_mail import MAIL, text_of


def _compose(**more: Any) -> EmailMessage:
    return compose(
        {**MAIL, **more}, sender="office@fern.example", business="Fern & Bloom", row_id=new_id(),
        moment=NOW,
    )  # fmt: skip


def test_a_letter_is_plain_text_with_an_html_alternative() -> None:
    message = _compose(link="https://p.example/accept?a=1&b=2", link_label="Accept <now>")
    assert message["From"] == "Fern & Bloom <office@fern.example>"
    assert message["To"] == "dora@alder.example"
    assert message["Subject"] == "Grüße"
    assert message["Date"].datetime == NOW.replace(tzinfo=UTC)
    plain, html = text_of(message, "plain"), text_of(message, "html")
    assert "First <b>.\n\nSecond & last." in plain.replace("\r\n", "\n")
    assert "https://p.example/accept?a=1&b=2" in plain
    assert "First &lt;b&gt;.</p>" in html
    assert 'href="https://p.example/accept?a=1&amp;b=2"' in html
    assert "Accept &lt;now&gt;" in html


@pytest.mark.parametrize(
    "bad",
    [
        {"subject": "Hi\r\nBcc: everybody@x.example"},
        {"subject": "Hi\nthere"},
        {"to": "a@b.example\r\nBcc: c@d.example"},
        {"to": "a@b.example, c@d.example"},
        {"to": "not an address"},
        {"from_name": "Fern\r\nBcc: c@d.example"},
        {"reply_to": "a@b.example>\r\nX: y"},
    ],
)
def test_no_value_can_begin_another_header(bad: dict[str, str]) -> None:
    with pytest.raises(DeliveryFailed) as refused:
        _compose(**bad)
    assert refused.value.permanent


def test_names_and_answers_go_where_they_should() -> None:
    message = _compose(from_name='Ada "the" Lovelace, Ltd', reply_to="ada@alder.example")
    assert message["From"].addresses[0].display_name == 'Ada "the" Lovelace, Ltd'
    assert message["From"].addresses[0].addr_spec == "office@fern.example"
    assert message["Reply-To"] == "ada@alder.example"


def test_without_a_server_mails_are_private_files(tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    mailer, message = FolderMailer(folder), _compose(link="https://p.example/x", link_label="L")
    mailer.send(message)
    mailer.send(message)
    (file,) = folder.iterdir()
    assert file.suffix == ".eml"
    assert file.stat().st_mode & 0o777 == 0o600
    read = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    assert read["Subject"] == "Grüße"
    assert "https://p.example/x" in text_of(read, "plain")


def test_a_folder_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file in the way")
    with pytest.raises(DeliveryFailed) as refused:
        FolderMailer(tmp_path / "outbox").send(_compose())
    assert not refused.value.permanent


def test_settings_choose_the_way_mails_leave() -> None:
    assert isinstance(mailer_for(Settings(smtp_host="mail.example")), SmtpMailer)
    assert isinstance(mailer_for(Settings()), FolderMailer)
