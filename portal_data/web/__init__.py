"""HTTP beside the screens: documents, health and sessions as routes, with their middleware."""
