"""Moving in from Zoho Books, Billing or Invoice: read a backup, check, write and reconcile it."""
