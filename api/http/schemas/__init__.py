"""What requests and answers look like, with examples for the documentation; one file a noun."""
