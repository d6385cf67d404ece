"""Operations: the only work that crosses customers by itself."""
