"""What Recourse knows about card-payment disputes. Nothing here knows of Temporal."""
