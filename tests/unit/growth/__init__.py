"""Growth: codes and referrals."""
