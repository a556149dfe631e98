"""What every page shares: errors, headers, guards, filters, paging. Knows Flask and nothing of ours above core."""
