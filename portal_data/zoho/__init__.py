"""Moving in from Zoho Books, Billing or Invoice: read a backup, check it, write it, reconcile it."""
