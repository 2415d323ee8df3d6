"""What a reader takes away: reports and notebooks."""
