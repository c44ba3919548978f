"""The books, check-ins, red packets and the audit."""
