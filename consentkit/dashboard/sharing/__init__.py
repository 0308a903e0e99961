"""What a partner's link shows: figures that obey a threshold of their own, or with noise."""
