exports.carry = async () => {};
