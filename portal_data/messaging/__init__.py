"""What happened and who hears of it: activity, notifications, mails, comments and files."""
