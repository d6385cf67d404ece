"""Estimates, invoices, credit notes, retainers, refunds, balances and statements."""
