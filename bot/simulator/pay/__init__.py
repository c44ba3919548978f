"""A WeChat Pay on loopback: one merchant's transfers, their payees, notices and statements."""
