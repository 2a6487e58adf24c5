"""Mail: notices made into messages, handed to a mail server, and a mailbox to try it with."""
