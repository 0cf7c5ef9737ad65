"""The application: settings, composition, Discord client, delivery, web endpoints, command line."""
