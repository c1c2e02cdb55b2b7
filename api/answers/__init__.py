"""The shapes of answers, shared by the command line and HTTP; one file a noun."""
