"""What comes back of the mails that were sent: bounces and complaints, by mail or by a provider's webhook."""
