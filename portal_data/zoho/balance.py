"""Balances at the end of an import: put on the documents, and held against what the files say."""

from portal_data import money
from portal_data.zoho.defects import CellError
from portal_data.zoho.documents import allowance
from portal_data.zoho.ledger import Account, Ledger
from portal_data.zoho.plan import Decisions
from portal_data.zoho.records import Record

_LIVE = ("sent", "written_off", "open")  # states whose balance follows from what was applied


def settle_balances(ledger: Ledger, decisions: Decisions) -> list[Account]:
    """Give every document that is written its balance; return the others whose balance changed.

    A change that contradicts what the books have settled on the document is set aside. What the
    file calls settled without anything that could be imported is put in question, so that nobody
    is asked to pay it again.
    """
    written = {
        record.row_id
        for kind in ("invoice", "retainer invoice", "credit note")
        for record in decisions.of(kind).written
    }
    changed = []
    for account in list(ledger.by_row.values()):
        record = account.record
        if record is not None and account.row_id in written:
            if account.status == "written_off" and not account.written_off:
                _write_off(account, record)
            if account.contradicted:
                decisions.refuse(account.kind, record, _contradiction(account))
                account = ledger.restore(account, decisions.books)
            else:
                record.values["balance_minor"] = account.balance
                if account.kind == "retainer invoice":
                    record.values["unused_minor"] = account.used - account.drawn
                _compare(account, record, decisions, written=True)
                record.values["in_question_minor"] = account.in_question
                continue
        elif record is not None:
            _compare(account, record, decisions, written=False)
        elif account.stored_balance is not None:
            # the file does not have it: what was settled of it since is no longer in question
            settled = account.stored_balance - account.balance
            account.in_question = max(account.stored_question - max(settled, 0), 0)
        stored = (account.stored_balance, account.stored_question)
        if account.status in _LIVE and (account.balance, account.in_question) != stored:
            changed.append(account)
    return changed


def _compare(account: Account, record: Record, decisions: Decisions, *, written: bool) -> None:
    stated, currency = record.extra["balance"], account.currency
    if stated is None:
        account.in_question = min(account.stored_question, max(account.balance, 0))
        return
    missing = account.balance - stated
    if abs(missing) <= allowance(currency):
        return
    text = (
        f"{account.number}: the file says {money.to_decimal(stated, currency)} is left; with the "
        "payments and credits that could be imported it is "
        f"{money.to_decimal(account.balance, currency)}."
    )
    # of a document that stays as it is staff may have said that it is owed
    stays = not written and account.balance == account.stored_balance
    questioned = account.stored_question if stays else missing
    if questioned > 0 and account.status == "sent" and account.kind != "credit note":
        account.in_question = questioned
        decisions.findings.in_question[account.number] = record.file
        text += (
            f" {money.to_decimal(missing, currency)} is in question: nobody is asked to pay it "
            "until a corrected backup is imported, or staff say that it is owed."
        )
    elif missing > 0 and account.status == "open":
        decisions.findings.in_question[account.number] = record.file
        text += " What used it is not in the upload: less of it may be left than shown here."
    decisions.findings.warn(record.file, text, row=record.row, column="Balance")


def _write_off(account: Account, record: Record) -> None:
    """Zoho's word alone, without an amount: all that was still open was written off."""
    values = record.values
    account.written_off = values["written_off_minor"] = max(account.open, 0)
    dates = (values["written_off_on"], values["last_payment_date"], values["due_date"])
    values["written_off_on"] = next(filter(None, dates))


def _contradiction(account: Account) -> CellError:
    used = money.to_decimal(account.used, account.currency)
    state = f"is {account.status}"
    if account.open < 0:
        state = "has a smaller total"
    elif account.moved:
        state = "has another customer or currency"
    return CellError(
        f"{account.number} {state} now, but {used} is settled or used on it in the portal.",
        "Take that back in the portal first, or import a backup that still has its payments.",
    )
