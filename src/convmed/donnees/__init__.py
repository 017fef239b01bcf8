"""What comes in: entities and their columns, the shapes of the JSON contract, the files of a dossier."""
