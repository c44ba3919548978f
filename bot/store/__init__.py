"""The only door to the database: opening, migrating, lanes and rare transactions."""
