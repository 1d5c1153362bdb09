"""Operations: rows of data, a file for each family or part of one."""
