"""The bounded contexts of Wiyata, one package each; none imports another."""
