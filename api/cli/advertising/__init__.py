"""Commands for advertisers: campaigns, and what of a video concerns a brand."""
