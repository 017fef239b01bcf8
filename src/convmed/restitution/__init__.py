"""What comes out of a dossier: statement, payment calendar, dashboard, reconciliation, explanations."""
