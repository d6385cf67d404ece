"""Fields, dialogs and questions before something is done."""
