"""What a reader takes away: pictures, reports, notebooks."""
