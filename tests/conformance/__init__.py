"""What Kestra's own flows and its SDK's own tests show: the engine and the API here beside the official ones."""
