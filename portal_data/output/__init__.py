"""What leaves the portal as a file: documents as PDF, lists as tables."""
