"""What surrounds a vault on this device: its folders, this device's id, and folders that a cloud watches."""
