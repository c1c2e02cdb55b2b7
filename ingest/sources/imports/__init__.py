"""What other taggers saw: their result files -> videos with tags, without any footage."""
