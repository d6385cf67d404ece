"""Projects, their hours and worth, and timesheets to approve."""
