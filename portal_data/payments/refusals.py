"""Why banks refuse payments, in words for whoever pays, by the codes of Stripe and of NACHA.

https://docs.stripe.com/declines/codes, https://docs.stripe.com/payments/ach-direct-debit and the
return codes of the NACHA rules. Of a stolen card no more is said than that it was declined.
"""

from portal_data.text.language import N_, _

_NOT_ENOUGH = N_("There was not enough money in the account.")
_BANK = N_("The bank declined it without saying why.")
_CONFIRM = N_("The bank wants you to confirm this payment yourself.")
_NO_ACCOUNT = N_("The bank account is closed or does not exist.")
_NOT_AUTHORISED = N_("The bank account may not be debited.")
_NUMBER = N_("The number of the card is wrong.")
_LATER = N_("Something went wrong at the bank. You can try again later.")
_REASONS = {
    "no_notice": N_("Nobody could be reached by mail before."),
    "not_online": N_("It cannot be paid online at the moment."),
    "R01": _NOT_ENOUGH,
    "R02": _NO_ACCOUNT,
    "R03": _NO_ACCOUNT,
    "R04": _NO_ACCOUNT,
    "R05": _NOT_AUTHORISED,
    "R07": _NOT_AUTHORISED,
    "R08": _NOT_AUTHORISED,
    "R09": _NOT_ENOUGH,
    "R10": _NOT_AUTHORISED,
    "R16": _NOT_AUTHORISED,
    "R20": _NOT_AUTHORISED,
    "R29": _NOT_AUTHORISED,
    "account_closed": _NO_ACCOUNT,
    "authentication_failed": N_("The payment was not confirmed with the bank."),
    "authentication_required": _CONFIRM,
    "bank_account_restricted": _NOT_AUTHORISED,
    "card_declined": _BANK,
    "debit_not_authorized": _NOT_AUTHORISED,
    "do_not_honor": _BANK,
    "expired_card": N_("The card has expired."),
    "generic_decline": _BANK,
    "incorrect_cvc": N_("The security code of the card is wrong."),
    "incorrect_number": _NUMBER,
    "insufficient_funds": _NOT_ENOUGH,
    "invalid_account_number": _NO_ACCOUNT,
    "invalid_cvc": N_("The security code of the card is wrong."),
    "invalid_number": _NUMBER,
    "issuer_not_available": _LATER,
    "lost_card": _BANK,
    "method_removed": N_("The card or bank account is not saved any more."),
    "no_account": _NO_ACCOUNT,
    "processing_error": _LATER,
    "stolen_card": _BANK,
    "try_again_later": _LATER,
}
_OTHER = N_("The bank or the payment company refused it.")


def marked(code: str | None) -> str:
    """Return why a payment was refused, marked to be translated for whoever reads it."""
    return _REASONS.get(code or "", _OTHER)


def reason(code: str | None) -> str:
    """Return why a payment was refused, in the language of whoever reads it."""
    return _(marked(code))
