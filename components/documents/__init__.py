"""Screens of one document, statement, project or timesheet."""
