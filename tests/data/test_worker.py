"""The worker before a real mail server: sends, retries, gives up, survives a crash, tells staff."""

import ast
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from portal_data import settings, store
from portal_data.auth import invitations, login_links, resets
from portal_data.billing import acceptance_invoices, reminder_letters, reminders
from portal_data.business import preferences
from portal_data.messaging import activity, outbox
from portal_data.messaging.events import VIEWED
from portal_data.messaging.mail import mailer_for
from portal_data.messaging.outbox import ABANDONED_AFTER, LADDER
from portal_data.ops import notifier
from portal_data.ops.worker import HANDLERS, Worker, clean
from portal_data.payments import attempts, mandates, promise_closing
from portal_data.projects import auto_approvals
from portal_data.scope import Scope, Staff
from tests.architecture.source import last_name, modules, tree
from tests.conftest import NOW, Cast
from tests.mail_server import Inbox, point_at
from tests.people import BROWSER, mails, make_contact, rows, value
from tests.queued_mail import MAIL, enqueue, text_of
from tools.ports import free_port


def _worker() -> Worker:
    return Worker(mailer_for(settings.load()))


def _status() -> list[tuple[str, str | None]]:
    stored = rows("select status, error from core.outbox order by not_before, id")
    return [(row["status"], row["error"]) for row in stored]


def test_a_mail_leaves(cast: Cast, server: Controller, inbox: Inbox) -> None:
    enqueue()
    assert _worker().work(NOW) == 1
    (message,) = inbox.messages
    assert message["From"] == "Fern & Bloom Ltd <office@fern.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert _status() == [("sent", None)]
    assert _worker().work(NOW) == 0


def test_an_invitation_travels_and_its_link_is_wiped(
    cast: Cast, server: Controller, inbox: Inbox
) -> None:
    link = invitations.invite(cast.owner, make_contact(cast.alice, "dora@alder.example"), NOW)
    _worker().work(NOW)
    (message,) = inbox.messages
    assert link in text_of(message, "plain")
    assert message["To"] == "dora@alder.example"
    token = link.rpartition("=")[2]
    for row in rows("select payload, error from core.outbox order by id"):
        assert token not in row["payload"]


def test_a_forgotten_password_is_answered_by_mail(
    cast: Cast, server: Controller, inbox: Inbox
) -> None:
    resets.request(cast.alice.email, BROWSER, NOW)
    resets.request("nobody@nowhere.example", BROWSER, NOW)
    worker = _worker()
    assert worker.work(NOW) == 2
    assert worker.work(NOW) == 1
    assert [message["To"] for message in inbox.messages] == [cast.alice.email]


def test_a_temporary_refusal_is_tried_again(cast: Cast, server: Controller, inbox: Inbox) -> None:
    inbox.answers = ["451 busy", "250 OK"]
    enqueue()
    worker = _worker()
    assert worker.work(NOW) == 0
    assert _status() == [("retry", "The server refused the message (451).")]
    assert worker.work(NOW + LADDER[0] / 2) == 0
    assert worker.work(NOW + LADDER[0]) == 1
    assert len(inbox.messages) == 1


def test_greylisting_is_temporary(cast: Cast, server: Controller, inbox: Inbox) -> None:
    inbox.recipient_answers = ["450 later", "250 OK"]
    enqueue()
    worker = _worker()
    assert worker.work(NOW) == 0
    assert worker.work(NOW + LADDER[0]) == 1


@pytest.mark.parametrize("where", ["recipient", "message"])
def test_a_final_refusal_is_final(cast: Cast, server: Controller, inbox: Inbox, where: str) -> None:
    if where == "recipient":
        inbox.recipient_answers = ["550 nobody here"]
    else:
        inbox.answers = ["554 not this"]
    enqueue({**MAIL, "link": "https://p.example/secret", "link_label": "L"})
    assert _worker().work(NOW) == 0
    ((status, error),) = _status()
    assert status == "failed"
    assert f"refused the {where}" in str(error)
    assert mails("mail.test") == [MAIL | {"link_label": "L"}]
    assert _worker().work(NOW + timedelta(days=1)) == 0


def test_no_server_is_tried_again_to_the_end_of_the_ladder(
    cast: Cast, server: Controller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_SMTP_PORT", str(free_port()))
    settings.load.cache_clear()
    enqueue()
    worker, now = _worker(), NOW
    for wait in (*LADDER, timedelta()):
        assert worker.work(now) == 0
        now += wait
    ((status, error),) = _status()
    assert status == "failed"
    assert "No mail server at 127.0.0.1" in str(error)
    assert value("select attempts from core.outbox order by id") == len(LADDER) + 1


def test_a_crash_between_sending_and_marking_sends_again(
    cast: Cast, server: Controller, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    enqueue()

    class Died(BaseException):
        """What a killed process looks like to the code after it."""

    def die(*_: object) -> None:
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "mark_sent", die)
        with pytest.raises(Died):
            _worker().work(NOW)
    assert _status() == [("sending", None)]
    restarted = _worker()
    assert restarted.work(NOW) == 0
    assert restarted.work(NOW + ABANDONED_AFTER) == 1
    assert len(inbox.messages) == 2
    assert inbox.messages[0]["Message-ID"] == inbox.messages[1]["Message-ID"]


def test_a_mail_that_cannot_be_written_holds_up_no_other(
    cast: Cast, server: Controller, inbox: Inbox
) -> None:
    enqueue({**MAIL, "to": "broken"}, "broken")
    enqueue({"nothing": "here"}, "incomplete")
    enqueue(key="good")
    assert _worker().work(NOW) == 1
    assert len(inbox.messages) == 1


def test_a_kind_nothing_knows_fails_for_good(cast: Cast, server: Controller) -> None:
    with store.system_writing() as session:
        outbox.enqueue(session, "fax", dedup_key="f", payload={}, now=NOW)
    _worker().work(NOW)
    assert _status() == [("failed", "Nothing knows how to do fax.")]


def test_all_that_is_queued_has_somebody_who_does_it() -> None:
    queued = {
        argument.value
        for path in modules("portal_data")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and last_name(node) == "enqueue"
        for argument in node.args
        if isinstance(argument, ast.Constant)
    } | {
        acceptance_invoices.WORK, attempts.ENDED, auto_approvals.WORK, mandates.OF_CUSTOMER,
        notifier.DIGEST, reminder_letters.WORK,
        login_links.LINK.requested, promise_closing.OF_CUSTOMER, reminders.OF_CUSTOMER,
        resets.LINK.requested,
    }  # fmt: skip
    assert {kind for kind in queued if not kind.startswith("mail.")} == set(HANDLERS)
    assert queued - set(HANDLERS)


def test_without_a_sender_nothing_leaves(cast: Cast, server: Controller, inbox: Inbox) -> None:
    with store.system_writing() as session:
        session.change("update core.organisation set email = null")
    enqueue()
    _worker().work(NOW)
    assert _status()[0][0] == "retry"
    assert "PORTAL_MAIL_FROM" in str(_status()[0][1])
    assert inbox.messages == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_server_that_wants_a_name_gets_it(
    cast: Cast, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        right = (data.login, data.password) == (b"portal", b"s3cret")
        return AuthResult(success=right, handled=right)  # the server itself says 535

    controller = Controller(
        inbox, hostname="127.0.0.1", port=free_port(), authenticator=check, auth_required=True,
        auth_require_tls=False, auth_exclude_mechanism=["LOGIN"],
    )  # fmt: skip
    controller.start()
    try:
        point_at(controller, monkeypatch, USER="portal", PASSWORD="wrong")
        enqueue()
        assert _worker().work(NOW) == 0
        ((status, error),) = _status()
        assert status == "retry"
        assert "wrong" not in str(error)
        assert "535" in str(error)
        point_at(controller, monkeypatch, USER="portal", PASSWORD="s3cret")
        assert _worker().work(NOW + LADDER[0]) == 1
    finally:
        controller.stop()


def test_starttls_wants_a_trusted_certificate(
    cast: Cast, inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = _certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    controller = Controller(
        inbox, hostname="127.0.0.1", port=free_port(), tls_context=context, require_starttls=True
    )
    controller.start()
    try:
        point_at(controller, monkeypatch, HOST="localhost", SECURITY="starttls")
        enqueue()
        assert _worker().work(NOW) == 0
        assert "SSLCertVerificationError" in str(_status()[0][1])
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert _worker().work(NOW + LADDER[0]) == 1
    finally:
        controller.stop()


def test_a_server_without_starttls_gets_nothing(
    cast: Cast, server: Controller, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_SMTP_SECURITY", "starttls")
    settings.load.cache_clear()
    enqueue()
    assert _worker().work(NOW) == 0
    assert inbox.messages == []
    assert _status()[0][0] == "retry"


def _certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for localhost that nobody trusts yet."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


# Telling staff ----------------------------------------------------------------------------------


def _view(scope: Scope) -> None:
    with store.writing(scope) as session:
        activity.record(
            session, scope, VIEWED["invoice"], now=NOW, subject_number="INV-1", visible=True
        )


def test_staff_are_told_what_a_customer_did(cast: Cast, server: Controller, inbox: Inbox) -> None:
    _view(cast.alice)
    worker = _worker()
    worker.work(NOW)
    worker.work(NOW)
    (message,) = inbox.messages
    assert message["To"] == cast.owner.email
    assert message["Subject"] == "Alice Test viewed invoice INV-1 (Alder Ltd)"
    assert rows("select recipient_kind, recipient_id from core.notifications order by id") == [
        {"recipient_kind": "staff", "recipient_id": cast.owner.staff_id}
    ]


def test_without_the_preference_only_the_bell_rings(
    cast: Cast, server: Controller, inbox: Inbox
) -> None:
    preferences.change(cast.owner, now=NOW, notify_staff_of_activity=False)
    _view(cast.alice)
    worker = _worker()
    worker.work(NOW)
    worker.work(NOW)
    assert inbox.messages == []
    assert value("select count(*)::bigint as n from core.notifications order by n") == 1


def test_telling_again_tells_nobody_twice(cast: Cast, server: Controller, inbox: Inbox) -> None:
    from portal_data.ops.notifier import notify

    _view(cast.alice)
    activity_id = value("select id from core.activity order by id")
    for _ in range(2):
        with store.system_writing() as session:
            notify(session, activity_id, NOW)
    _worker().work(NOW)
    assert len(inbox.messages) == 1
    assert value("select count(*)::bigint as n from core.notifications order by n") == 1


def test_expired_things_are_cleared_away(cast: Cast, owner: Staff) -> None:
    with store.system_writing() as session:
        session.change(
            "insert into core.sign_in_failures (key, failures, last_failed_at)"
            " values ('k', 1, $at)",
            at=NOW - timedelta(days=3),
        )
    clean(NOW)
    assert rows("select key from core.sign_in_failures order by key") == []
