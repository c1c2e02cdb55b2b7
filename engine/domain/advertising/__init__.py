"""Campaigns, the places where they run, and who is told of them."""
