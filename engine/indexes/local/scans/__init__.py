"""The ways to find the best rows for a query: score all, add up all postings, or by level."""
