"""The store: lanes, transactions, migrations, fields."""
