"""The model language: generators that yield random variables. It knows no algorithm."""
