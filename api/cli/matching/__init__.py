"""Commands that ask the index: for viewers, for advertisers, and how good the answers are."""
