"""What families of networks share: their interface, blocks, features, the exported form's frame."""
