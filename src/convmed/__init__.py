"""convmed: the French convention médicale of 4 June 2024 as rules that run."""
