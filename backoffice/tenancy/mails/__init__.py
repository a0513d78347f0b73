"""Mails to members and others: what they are about, who wants them, and sending each of them once."""
