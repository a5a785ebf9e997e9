"""The page of studies: what criteria would have found in the past."""
