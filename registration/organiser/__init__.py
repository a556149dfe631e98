"""The back office: organisers set capacities, watch them fill, export lists, run the door."""
