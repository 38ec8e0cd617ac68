"""Real processes, killed, stopped and cut off while mails flow; then the rows and the mail server's log are read."""
