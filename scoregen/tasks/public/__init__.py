"""The functions of the public interface: any kind of score goes in, and errors name keywords."""
