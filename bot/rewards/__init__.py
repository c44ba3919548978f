"""What members earn: the books, check-ins and red packets, and the audit that proves them."""
