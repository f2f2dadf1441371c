"""Each shell: how it quotes, and which startup files it reads."""
